/** Script of the scorecard: filters, buttons to copy, and unfolding. Without it the page is whole. */
export const SCRIPT = `
const all=(selector,root=document)=>[...root.querySelectorAll(selector)];
const form=document.getElementById('filters');
const shown=document.getElementById('shown');
const checks=all('.checks>li').map(item=>({item,status:item.dataset.status,text:item.textContent.toLowerCase()}));
const filter=()=>{
  const status=form.elements.status.value;
  const words=form.elements.text.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for(const check of checks)check.item.hidden=(status!==''&&check.status!==status)||!words.every(word=>check.text.includes(word));
  for(const area of all('.area'))area.hidden=all('.checks>li',area).every(item=>item.hidden);
  shown.textContent=checks.filter(check=>!check.item.hidden).length+' of '+checks.length+' checks shown';
};
const reveal=()=>{
  const target=document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if(!target)return;
  const item=target.closest('li[data-status]');
  if(item&&item.hidden){form.reset();filter()}
  for(let fold=target.closest('details');fold;fold=fold.parentElement.closest('details'))fold.open=true;
  target.scrollIntoView();
};
form.hidden=false;
form.addEventListener('input',filter);
form.addEventListener('submit',event=>event.preventDefault());
form.addEventListener('click',event=>{
  const fold=event.target.dataset&&event.target.dataset.fold;
  if(fold)for(const details of all('.checks>li:not([hidden])>details'))details.open=fold==='open';
});
for(const box of all('.curl')){
  const button=document.createElement('button');
  const say=text=>{button.textContent=text;setTimeout(()=>{button.textContent='Copy'},2000)};
  button.type='button';
  button.textContent='Copy';
  button.addEventListener('click',()=>{
    const code=box.querySelector('code');
    const select=()=>{getSelection().selectAllChildren(code);say('Selected')};
    if(!navigator.clipboard)return select();
    navigator.clipboard.writeText(code.textContent).then(()=>say('Copied'),select);
  });
  box.append(button);
}
let folded=[];
addEventListener('beforeprint',()=>{folded=all('details:not([open])');for(const fold of folded)fold.open=true});
addEventListener('afterprint',()=>{for(const fold of folded)fold.open=false});
addEventListener('hashchange',reveal);
filter();
reveal();
`;
